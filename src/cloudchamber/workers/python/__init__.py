"""What runs inside Python environments: the zygote they fork from, their isolation, and the runtime interface client."""
