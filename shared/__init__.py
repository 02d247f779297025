"""What crosses a wire, the brokers, the runtime of a process – and nothing else.

Read in this order: failures, contracts, brokers, runtime.
"""
