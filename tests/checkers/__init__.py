"""What others made to check pages with: axe-core, HTML_CodeSniffer, the Nu Html Checker, Lighthouse."""
