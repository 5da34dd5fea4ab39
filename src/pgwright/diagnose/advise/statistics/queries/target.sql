-- How many common values and bounds ANALYZE keeps of a column without a target of its own.
SELECT current_setting('default_statistics_target')
