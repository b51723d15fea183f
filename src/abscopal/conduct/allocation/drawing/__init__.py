"""Drawing an arm for a patient, and proving afterwards that it was drawn so.

Only the clinic and the rehearsal may import this package: it holds what is kept from the centres.
"""
