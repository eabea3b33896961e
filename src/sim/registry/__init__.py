"""What the model consists of, by name: parameters, constants, mechanisms, outcomes, decision points."""
