"""Evidence (佐证材料): files and references that stand behind a record of another app."""
