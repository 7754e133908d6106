"""Where the trouble is: frequent defects, yield, control charts; by groups, never by persons."""
