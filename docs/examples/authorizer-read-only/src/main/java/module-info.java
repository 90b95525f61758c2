/** An authoriser that makes topics read-only by the beginning of their names. */
module com.example.readonly {
    requires mortise.spi;

    provides mortise.spi.auth.AuthorizerProvider with
            com.example.readonly.ReadOnlyProvider;
}
