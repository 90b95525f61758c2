package mortise.spi.storage;

import mortise.spi.Provider;

/** A source of log stores, chosen with {@code plugins.storage}. */
public interface StorageProvider extends Provider<LogStore> {}
