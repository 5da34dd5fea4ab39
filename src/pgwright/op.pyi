# Made by `make docs` from src/pgwright/evolve/operations.

from .evolve.operations.add_check import AddCheck as AddCheck
from .evolve.operations.add_column import AddColumn as AddColumn
from .evolve.operations.add_foreign_key import AddForeignKey as AddForeignKey
from .evolve.operations.add_primary_key import AddPrimaryKey as AddPrimaryKey
from .evolve.operations.add_unique import AddUnique as AddUnique
from .evolve.operations.attach_partition import AttachPartition as AttachPartition
from .evolve.operations.change_type import ChangeType as ChangeType
from .evolve.operations.comment import Comment as Comment
from .evolve.operations.create_index import CreateIndex as CreateIndex
from .evolve.operations.create_table import CreateTable as CreateTable
from .evolve.operations.detach_partition import DetachPartition as DetachPartition
from .evolve.operations.drop_column import DropColumn as DropColumn
from .evolve.operations.drop_constraint import DropConstraint as DropConstraint
from .evolve.operations.drop_default import DropDefault as DropDefault
from .evolve.operations.drop_index import DropIndex as DropIndex
from .evolve.operations.drop_not_null import DropNotNull as DropNotNull
from .evolve.operations.drop_table import DropTable as DropTable
from .evolve.operations.raw_sql import RawSql as RawSql
from .evolve.operations.reindex import Reindex as Reindex
from .evolve.operations.rename_column import RenameColumn as RenameColumn
from .evolve.operations.rename_table import RenameTable as RenameTable
from .evolve.operations.set_default import SetDefault as SetDefault
from .evolve.operations.set_not_null import SetNotNull as SetNotNull
from .evolve.operations.validate_constraint import ValidateConstraint as ValidateConstraint
