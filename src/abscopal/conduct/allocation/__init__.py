"""How the next arm is drawn: `laws` may be known by anybody, `drawing` by the clinic and the rehearsal alone.

A law says with what probability each arm comes next; it is in the textbooks and holds no secret. Drawing holds
the scheme of a running trial with what is kept from its centres, and turns chance into an arm.
"""
