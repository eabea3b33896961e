"""What a user may ask: the scenario format, its layers and checks, and the registry of the model's parts."""
