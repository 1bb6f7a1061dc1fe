"""The log of one partition. Read `log` first, then `log_state`; what each file decides stands at its top."""
