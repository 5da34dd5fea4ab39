# Made by `make docs` from src/pgwright/evolve/operations.

from .evolve.operations.create_index import CreateIndex as CreateIndex
from .evolve.operations.create_table import CreateTable as CreateTable
from .evolve.operations.drop_index import DropIndex as DropIndex
from .evolve.operations.raw_sql import RawSql as RawSql
from .evolve.operations.reindex import Reindex as Reindex
from .evolve.operations.rename_column import RenameColumn as RenameColumn
