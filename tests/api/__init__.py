"""The public names: documentation, stub and the engines against each other."""
