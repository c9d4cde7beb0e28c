"""`lazy_ask` runs programs of its env once, and answers `Local`."""

from _kit import show
from doeff import Ask, Local, do
from doeff_core_effects.handlers import lazy_ask
from doeff_core_effects.scheduler import scheduled

runs = []


@do
def service():
    runs.append("service")
    return f"service of {(yield Ask('name'))}"


@do
def main():
    values = [(yield Ask("service")), (yield Ask("service"))]
    values.append((yield Local({"name": "other"}, Ask("service"))))
    values.append((yield Ask("service")))
    return values


env = {"service": service(), "name": "base"}
show("lazy", scheduled(lazy_ask(env=env)(main())))
print(runs)
show("no scheduler", lazy_ask(env=env)(main()))
show("missing", scheduled(lazy_ask(env={})(Ask("x"))))
show("missing strict", scheduled(lazy_ask(env={"y": 1}, strict=True)(Ask("x"))))
