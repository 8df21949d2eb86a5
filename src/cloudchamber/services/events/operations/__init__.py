"""The operations of EventBridge, one module per noun."""
