"""HTTP: one blueprint per audience; parse, call one service, render."""
