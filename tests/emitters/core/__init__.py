"""Tests of what all emitters share."""
