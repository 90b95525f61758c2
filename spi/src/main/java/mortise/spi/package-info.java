/**
 * The shape that every kind of plugin shares: a {@link mortise.spi.Provider} found by {@link
 * java.util.ServiceLoader}, the {@link mortise.spi.Lifecycle} of what it makes, a {@link
 * mortise.spi.PluginContext} that hands in the outside world, and {@link mortise.spi.CalledOn} that
 * says which thread calls.
 */
package mortise.spi;
