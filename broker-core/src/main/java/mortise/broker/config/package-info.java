/** Where configuration values come from and which one wins. */
package mortise.broker.config;
