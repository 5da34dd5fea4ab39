LEFT JOIN (
    -- Kind 6 is the lengths of ranges and the fraction of empty ones, kind 7 their bounds.
    SELECT n.nspname, c.relname, a.attname, p.stainherit,
           max(v.values::text) FILTER (WHERE v.kind = 6) AS lengths,
           max(v.numbers[1]) FILTER (WHERE v.kind = 6) AS empty,
           max(v.values::text) FILTER (WHERE v.kind = 7) AS bounds
    FROM pg_catalog.pg_statistic p
    JOIN pg_catalog.pg_class c ON c.oid = p.starelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = p.starelid AND a.attnum = p.staattnum,
    LATERAL (VALUES (p.stakind1, p.stanumbers1, p.stavalues1::text), (p.stakind2, p.stanumbers2, p.stavalues2::text),
                    (p.stakind3, p.stanumbers3, p.stavalues3::text), (p.stakind4, p.stanumbers4, p.stavalues4::text),
                    (p.stakind5, p.stanumbers5, p.stavalues5::text)) v(kind, numbers, values)
    WHERE 6 IN (p.stakind1, p.stakind2, p.stakind3, p.stakind4, p.stakind5) AND v.kind IN (6, 7)
    GROUP BY 1, 2, 3, 4
) r ON (r.nspname, r.relname, r.attname, r.stainherit) = (s.schemaname, s.tablename, s.attname, s.inherited)
