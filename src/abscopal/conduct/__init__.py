"""What may happen next to one patient: pure rules that the clinic and the rehearsal both call."""
