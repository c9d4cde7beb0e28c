"""Tool definitions: schemas, decoded arguments, the program of a call."""

from _kit import attempt, show
from doeff import Ask, McpParamSchema, McpToolDef, do
from doeff_core_effects.handlers import reader


@do
def order(symbol, amount):
    return f"{symbol} {amount} for {(yield Ask('user'))}"


tool = McpToolDef(
    name="order",
    description="Order something",
    params=(
        McpParamSchema(name="symbol", type="string", description="what", enum=("a", "b")),
        McpParamSchema(
            name="amount", type="integer", description="how many", required=False, default=1
        ),
    ),
    handler=order,
)
print(tool.input_schema())
for arguments in ({"symbol": "a"}, {"symbol": "c", "amount": "x"}, {}):
    decoded = tool.decode_arguments(arguments)
    print(decoded)
    if not decoded.problems:
        show("call", reader(env={"user": "me"})(tool.handler(*decoded.values)))
attempt("type", lambda: McpParamSchema(name="x", type="odd", description=""))
