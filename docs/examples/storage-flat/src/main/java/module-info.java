/** A store that keeps each partition in one file. */
module com.example.flat {
    requires mortise.spi;
    requires mortise.record;

    provides mortise.spi.storage.StorageProvider with
            com.example.flat.FlatProvider;
}
