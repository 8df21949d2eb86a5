"""AWS's small languages, each text -> compiled -> answer. Pure: no AWS state, no input or output, no async."""
