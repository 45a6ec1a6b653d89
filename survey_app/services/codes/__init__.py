"""Entry codes: listed, replaced, voided, scanned in vain."""
