"""How methods of allocation behave before one is chosen: imbalance against what can be guessed.

Nothing here knows a running trial: schemes, seeds and lists are in a room that this one may not enter.
"""
