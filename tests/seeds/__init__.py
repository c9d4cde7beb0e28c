"""The patches that make the VM worse, by which the gate is tried."""
