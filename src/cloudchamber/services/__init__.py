"""One package per AWS service, named as botocore names it. They never import each other."""
