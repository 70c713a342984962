"""The terminal interface. It knows the engine's protocol, never Pulumi or HTTP."""
