"""Honours: the register of who was commended for what, certificates, and their verification."""
