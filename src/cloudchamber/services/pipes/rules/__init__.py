"""The decisions of EventBridge Pipes: values and an instant in, values out."""
