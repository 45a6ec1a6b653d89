"""Manyi (满意): a platform for public satisfaction evaluation."""
