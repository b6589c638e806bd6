"""The engine: rules, tables of them, agreement and inflection; no word, no sentence."""
