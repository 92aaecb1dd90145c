"""Reports on a unit, a peer group or the tenant: sections of the apps, printed or as a workbook."""
