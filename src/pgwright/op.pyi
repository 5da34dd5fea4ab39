# Made by `make docs` from src/pgwright/evolve/operations.

from .evolve.operations.comment import Comment as Comment
from .evolve.operations.create_table import CreateTable as CreateTable
from .evolve.operations.drop_table import DropTable as DropTable
from .evolve.operations.raw_sql import RawSql as RawSql
from .evolve.operations.rename_column import RenameColumn as RenameColumn
from .evolve.operations.rename_table import RenameTable as RenameTable
