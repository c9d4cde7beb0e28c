"""The public names: documentation, stub and both engines against each other."""
