"""Rules, agreement and inflection of the embedded phrasebook."""
