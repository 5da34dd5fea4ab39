# Made by `make docs` from src/pgwright/api.

from .api.apply import apply as apply
from .api.baseline import baseline as baseline
from .api.config_show import config_show as config_show
from .api.contract import contract as contract
from .api.doctor import doctor as doctor
from .api.expand import expand as expand
from .api.explain import explain as explain
from .api.health import health as health
from .api.init import init as init
from .api.new import new as new
from .api.pause import pause as pause
from .api.plan import plan as plan
from .api.plans_diff import plans_diff as plans_diff
from .api.plans_gate import plans_gate as plans_gate
from .api.plans_save import plans_save as plans_save
from .api.resume import resume as resume
from .api.rollback import rollback as rollback
from .api.status import status as status
from .api.throttle_set import throttle_set as throttle_set
from .api.throttle_show import throttle_show as throttle_show
from . import op as op

__version__: str
