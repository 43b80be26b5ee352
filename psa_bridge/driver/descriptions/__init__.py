"""Driver descriptions: read, checked, modelled and linted, without a compiler."""
