"""What the shop's application says to its database: the same program, by the old or by the new name of one column. The
old version also forgets the reference of an order now and then.

No statement says `SELECT *`: a server-side prepared `*` fails once whenever the columns of its table change, with
any tool, and so would hide what is measured here.
"""

from __future__ import annotations

from dataclasses import dataclass

OLD = "nom"
NEW = "nom_complet"
NO_REFERENCE = "'C-' || id"
"""What an order without a reference gets: the old application forgets it now and then."""


@dataclass(frozen=True, kw_only=True)
class Statements:
    """The statements of one version of the application, with psycopg's placeholders."""

    read_user: str
    read_orders: str
    insert_user: str
    insert_order: str
    update_name: str
    update_email: str
    mirror_insert: str
    mirror_name: str
    mirror_email: str


def statements(column: str) -> Statements:
    """The statements of the version that calls the user's name `column`, which is `OLD` or `NEW`."""
    return Statements(
        read_user=f"SELECT id, {column}, email, créé_a FROM utilisateurs WHERE id = %s",
        read_orders=(
            f"SELECT c.id, c.référence, c.statut, c.total, u.{column} FROM commandes c"
            " JOIN utilisateurs u ON u.id = c.utilisateur_id WHERE u.id = %s ORDER BY c.créee_a DESC LIMIT 10"
        ),
        insert_user=f"INSERT INTO utilisateurs ({column}, email) VALUES (%s, %s) RETURNING id",
        insert_order="INSERT INTO commandes (référence, total, utilisateur_id) VALUES (%s, %s, %s)",
        update_name=f"UPDATE utilisateurs SET {column} = %s WHERE id = %s",
        update_email="UPDATE utilisateurs SET email = %s WHERE id = %s",
        mirror_insert=f"INSERT INTO temoin (id, nom, email, par) VALUES (%s, %s, %s, '{column}')",
        mirror_name=f"UPDATE temoin SET nom = %s, par = '{column}' WHERE id = %s",
        mirror_email="UPDATE temoin SET email = %s WHERE id = %s",
    )
