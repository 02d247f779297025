"""Settings come from the environment; all that is missing or malformed is reported at once, at start.

Example::

    class Settings(NamedTuple):
        data_dir: Path
        mqtt_url: str

    def read() -> Settings:
        with reading() as env:
            settings = Settings(data_dir=env.path("DATA_DIR"), mqtt_url=env.str("MQTT_URL"))
        return settings
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from environs import Env, EnvValidationError


@contextmanager
def reading() -> Iterator[Env]:
    """Read settings inside the block; leave the process with every error named if any is wrong.

    :raises SystemExit: (status 78, EX_CONFIG) after printing each missing or malformed variable
    """
    env = Env(eager=False)
    yield env
    try:
        env.seal()
    except EnvValidationError as error:
        wrong: dict[str, list[str]] = dict(error.error_messages)  # type: ignore[arg-type]  # by variable, from seal()
        lines = [f"  {name}: {' '.join(str(why) for why in whys)}" for name, whys in sorted(wrong.items())]
        sys.stderr.write("设置有误 / settings are wrong:\n" + "\n".join(lines) + "\n")
        raise SystemExit(78) from error
