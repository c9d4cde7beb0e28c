"""What the fast machine in Python owes beside the rules: depth, memory, and a type of its own."""
