"""The Velocity Template Language as API Gateway's mapping templates use it: text -> compiled -> text.

https://velocity.apache.org/engine/1.7/user-guide.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
"""

from cloudchamber.languages.vtl.nodes import InvalidTemplate
from cloudchamber.languages.vtl.parsing import compile_template
from cloudchamber.languages.vtl.values import text_of

__all__ = ["InvalidTemplate", "compile_template", "text_of"]
