/** Authorisation: who may do what. */
package mortise.spi.auth;
