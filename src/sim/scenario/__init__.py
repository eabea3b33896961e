"""What a user may ask: the format of scenario files, its layers and its checks."""
