"""What the record teaches: which draws agree with it, which conclusions that decides, and which it leaves open."""
