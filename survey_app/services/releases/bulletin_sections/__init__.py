"""The sections of a bulletin (通报), each composed from the head and the rows of a release after suppression."""
