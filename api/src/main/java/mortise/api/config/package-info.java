/**
 * Typed configuration that documents itself. A {@link mortise.api.config.ConfigKey} is declared
 * once, by the code that reads it; validation, DescribeConfigs, the reference page and {@code start
 * --check-config} all read the same declaration.
 */
package mortise.api.config;
