"""One description of the mechanistic model, and what is made from it."""
