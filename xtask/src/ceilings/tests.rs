//! The page of small records, compared with files; `UPDATE_GOLDEN=1` rewrites them.
