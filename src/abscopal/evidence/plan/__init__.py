"""How each kind of endpoint becomes calls: the only place where a study file meets the rules."""
