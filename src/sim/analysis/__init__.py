"""What stored runs say: pairs, effects, bands, recorded figures beside the model's."""
