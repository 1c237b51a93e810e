"""Full counting statistics of jumps: cumulants, generating functions, waiting times."""
