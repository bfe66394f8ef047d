"""fairmatch: supplier–buyer matchmaking for trade fairs."""
