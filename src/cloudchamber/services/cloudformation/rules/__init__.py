"""The decisions of CloudFormation: values in, values out."""
