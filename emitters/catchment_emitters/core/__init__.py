"""What every emitter needs: settings, policy, facets, names, code locations, and the way out.

Nothing here imports more than the standard library when it is imported.
"""
